"""Moves a project with the client of openapi-python-client."""

import os

from client import AuthenticatedClient
from client.api.exports import exports_create, exports_delete, exports_download, exports_get, exports_list
from client.api.imports import imports_create, imports_delete, imports_get, imports_update
from client.models import ExportCreate, ExportStatus, ImportCreate, ImportStatus, ImportUpdate
from client.types import File
from wait import wait

env = os.environ


def connect(host, token):
    return AuthenticatedClient(base_url=host, token=token, prefix="Token", raise_on_unexpected_status=True)


source = connect(env["HOST"], env["SOURCE_TOKEN"])
target = connect(env["HOST"], env["TARGET_TOKEN"])

export = exports_create.sync(env["SOURCE"], client=source, body=ExportCreate(), all_=True)
export = wait(lambda: exports_get.sync(env["SOURCE"], export.id, client=source), ExportStatus.COMPLETED)
archive = exports_download.sync(env["SOURCE"], export.id, client=source).payload
assert len(archive.getbuffer()) == export.size

upload = ImportCreate(file=File(payload=archive, file_name="export.zip", mime_type="application/zip"))
created = imports_create.sync(env["TARGET"], client=target, body=upload)
get = lambda: imports_get.sync(env["TARGET"], created.id, client=target)
scanned = wait(get, ImportStatus.CONFIRMATION)

# What was scanned is confirmed as it is, with a value for the secret.
scanned.environment_variables["TICKET_TOKEN"].value = env["SECRET"]
confirmation = ImportUpdate(
    deployments=scanned.deployments,
    pipelines=scanned.pipelines,
    environments=scanned.environments,
    environment_variables=scanned.environment_variables,
    services=scanned.services,
)
imports_update.sync(env["TARGET"], created.id, client=target, body=confirmation)
wait(get, ImportStatus.COMPLETED)

assert imports_delete.sync_detailed(env["TARGET"], created.id, client=target).status_code == 204
assert exports_delete.sync_detailed(env["SOURCE"], export.id, client=source).status_code == 204

large = exports_list.sync("large", client=connect(env["LARGE_HOST"], env["SOURCE_TOKEN"]), status=ExportStatus.COMPLETED)
print("large", large[0].size)
