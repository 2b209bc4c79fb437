"""Moves a project with the python client of openapi-generator."""

import os

from openapi_client import ApiClient, Configuration, ExportsApi, ImportsApi
from openapi_client.models import ExportCreate, ExportStatus, ImportStatus, ImportUpdate
from wait import wait

env = os.environ


def connect(host, token):
    configuration = Configuration(host=host, api_key={"token": token}, api_key_prefix={"token": "Token"})
    return ApiClient(configuration)


exports = ExportsApi(connect(env["HOST"], env["SOURCE_TOKEN"]))
imports = ImportsApi(connect(env["HOST"], env["TARGET_TOKEN"]))

export = exports.exports_create(env["SOURCE"], ExportCreate(), all=True)
export = wait(lambda: exports.exports_get(env["SOURCE"], export.id), ExportStatus.COMPLETED)
archive = exports.exports_download(env["SOURCE"], export.id)
assert len(archive) == export.size

created = imports.imports_create(env["TARGET"], file=("export.zip", bytes(archive)))
get = lambda: imports.imports_get(env["TARGET"], created.id)
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
imports.imports_update(env["TARGET"], created.id, confirmation)
wait(get, ImportStatus.COMPLETED)

imports.imports_delete(env["TARGET"], created.id)
exports.exports_delete(env["SOURCE"], export.id)

large = ExportsApi(connect(env["LARGE_HOST"], env["SOURCE_TOKEN"])).exports_list("large", status=ExportStatus.COMPLETED)
print("large", large[0].size)
