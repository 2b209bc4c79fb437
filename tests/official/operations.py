"""The eleven operations by the official client: operations.py ARCHIVE.

Host and token come from the environment. The project "source" has what is in
the archive, "target" is empty, and TARGET_TOKEN opens it.
"""

import io
import os
import sys
import time
import zipfile

import ubiops

with open(sys.argv[1], "rb") as file:
    archive = file.read()


def check(truth, what):
    if not truth:
        sys.exit(f"client {ubiops.__version__}: {what}")


def version():
    return tuple(int(part) for part in ubiops.__version__.split(".")[:2])


def wait(get, project, id, until):
    for _ in range(600):
        detail = get(project, id)
        if detail.status == until:
            return detail
        check(detail.status != "failed", f"failed: {detail.error_message}")
        time.sleep(0.05)
    sys.exit(f"not {until} in 30 seconds")


def content(download):
    """What a download gave: a response in newer clients, bytes or a path before."""
    if hasattr(download, "read"):
        return download.read()
    if isinstance(download, bytes):
        return download
    with open(download, "rb") as saved:
        return saved.read()


source = ubiops.CoreApi()

options = {"all": True, "packages": True} if version() >= (4, 11) else {}
selection = {"deployments": {name: {"versions": {v: {} for v in versions}} for name, versions in
             (("deployment-1", ["v1"]), ("deployment-2", ["v1"]))}}
if version() >= (4, 5):
    selection["description"] = "from the official client"
export = source.exports_create("source", data=selection, **options)
detail = wait(source.exports_get, "source", export.id, "completed")
check(detail.size > 0, "the export has no size")
for dictionary in ("deployments", "pipelines", "environment_variables", "environments"):
    check(isinstance(getattr(detail, dictionary), dict), f"{dictionary} of the export is {getattr(detail, dictionary)!r}")
check([e.id for e in source.exports_list("source", status="completed")] == [export.id], "the list of exports")
exported = content(source.exports_download("source", export.id))
check(len(exported) == detail.size and zipfile.ZipFile(io.BytesIO(exported)).testzip() is None, "the archive of the export")

again = source.imports_create("source", export_id=export.id, skip_confirmation=True)
wait(source.imports_get, "source", again.id, "completed")
source.imports_delete("source", again.id)
source.exports_delete("source", export.id)
check(source.exports_list("source") == [], "exports are left")

os.environ["UBIOPS_API_TOKEN"] = os.environ["TARGET_TOKEN"]
target = ubiops.CoreApi()
created = target.imports_create("target", file=sys.argv[1], skip_confirmation=False)
scanned = wait(target.imports_get, "target", created.id, "confirmation")
check(len(scanned.deployments) == 2 and len(scanned.pipelines) == 1, f"scanned {scanned}")
check(scanned.environments == {} and scanned.environment_variables == {}, f"dictionaries {scanned}")
confirmed = target.imports_update("target", created.id, data={
    "deployments": scanned.deployments, "pipelines": scanned.pipelines,
    "environment_variables": scanned.environment_variables, "environments": scanned.environments})
check(confirmed.status != "confirmation", f"the confirmation leaves {confirmed.status}")
wait(target.imports_get, "target", created.id, "completed")
check([i.id for i in target.imports_list("target")] == [created.id], "the list of imports")
check(content(target.imports_download("target", created.id)) == archive, "the archive of the import is another one")
try:
    target.imports_get("source", created.id)
    sys.exit("a token opens another project")
except ubiops.exceptions.ApiException as e:
    check(e.status == 404 and "The project does not exist" in str(e), f"the error is {e}")
target.imports_delete("target", created.id)
