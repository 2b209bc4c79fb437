"""A project's way out and in, as a user of the official client would write it.

Host, token, project and archive come from the environment, as
"ubiops-transfer conformance client" sets it.
"""

import os

import ubiops
from ubiops.utils.wait_for import wait_for_export, wait_for_import

project = os.environ["UBIOPS_PROJECT"]
client = ubiops.ApiClient(ubiops.Configuration())
client.configuration.temp_folder_path = os.environ["TMPDIR"]
core = ubiops.CoreApi(client)
to_file = {"_preload_content": True, "_progress_bar": False}

export = core.exports_create(project, data={"deployments": {"normalise": {"versions": {"v1": {}}}}})
wait_for_export(client, project, export.id, quiet=True)
core.exports_download(project, export.id, **to_file)
core.exports_list(project, status="completed")
core.exports_delete(project, export.id)

created = core.imports_create(project, file=os.environ["UBIOPS_ARCHIVE"], skip_confirmation=False)
wait_for_import(client, project, created.id, quiet=True)
scanned = core.imports_get(project, created.id)
core.imports_update(project, created.id, data={
    "deployments": scanned.deployments, "pipelines": scanned.pipelines,
    "environments": scanned.environments, "environment_variables": scanned.environment_variables})
wait_for_import(client, project, created.id, quiet=True)
core.imports_download(project, created.id, **to_file)
core.imports_list(project)
core.imports_delete(project, created.id)
