"""The eleven operations and the waits by the official client: operations.py ARCHIVE.

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


def wait(api, kind, project, id, until):
    """Waits by the client's own function, if it has one, and returns the detail."""
    get = getattr(api, f"{kind}s_get")
    for _ in range(600 if version() < (4, 5) else 0):
        if get(project, id).status in (until, "failed"):
            break
        time.sleep(0.05)
    if version() >= (4, 5):
        getattr(waits, f"wait_for_{kind}")(api.api_client, project, id, timeout=30, quiet=True)
    detail = get(project, id)
    check(detail.status == until, f"the {kind} is {detail.status}, not {until}: {detail.error_message}")
    return detail


def content(download):
    """What a download gave: a response in newer clients, bytes or a path before."""
    if hasattr(download, "read"):
        return download.read()
    if isinstance(download, bytes):
        return download
    with open(download, "rb") as saved:
        return saved.read()


if version() >= (4, 5):
    from ubiops.utils import wait_for as waits

    pause = time.sleep  # for seconds, between two reads
    waits.sleep = time.sleep = lambda seconds: pause(seconds / 100)

source = ubiops.CoreApi()

options = {"all": True, "packages": True} if version() >= (4, 11) else {}
selection = {"deployments": {name: {"versions": {v: {} for v in versions}} for name, versions in
             (("deployment-1", ["v1"]), ("deployment-2", ["v1"]))}}
if version() >= (4, 5):
    selection["description"] = "from the official client"
export = source.exports_create("source", data=selection, **options)
detail = wait(source, "export", "source", export.id, "completed")
check(detail.size > 0, "the export has no size")
for dictionary in ("deployments", "pipelines", "environment_variables", "environments"):
    check(isinstance(getattr(detail, dictionary), dict), f"{dictionary} of the export is {getattr(detail, dictionary)!r}")
check([e.id for e in source.exports_list("source", status="completed")] == [export.id], "the list of exports")
exported = content(source.exports_download("source", export.id))
check(len(exported) == detail.size and zipfile.ZipFile(io.BytesIO(exported)).testzip() is None, "the archive of the export")

again = source.imports_create("source", export_id=export.id, skip_confirmation=True)
wait(source, "import", "source", again.id, "completed")
source.imports_delete("source", again.id)
source.exports_delete("source", export.id)
check(source.exports_list("source") == [], "exports are left")

os.environ["UBIOPS_API_TOKEN"] = os.environ["TARGET_TOKEN"]
target = ubiops.CoreApi()
created = target.imports_create("target", file=sys.argv[1], skip_confirmation=False)
scanned = wait(target, "import", "target", created.id, "confirmation")
check(len(scanned.deployments) == 2 and len(scanned.pipelines) == 1, f"scanned {scanned}")
check(scanned.environments == {} and scanned.environment_variables == {}, f"dictionaries {scanned}")
confirmed = target.imports_update("target", created.id, data={
    "deployments": scanned.deployments, "pipelines": scanned.pipelines,
    "environment_variables": scanned.environment_variables, "environments": scanned.environments})
check(confirmed.status != "confirmation", f"the confirmation leaves {confirmed.status}")
wait(target, "import", "target", created.id, "completed")
check([i.id for i in target.imports_list("target")] == [created.id], "the list of imports")
check(content(target.imports_download("target", created.id)) == archive, "the archive of the import is another one")
try:
    target.imports_get("source", created.id)
    sys.exit("a token opens another project")
except ubiops.exceptions.ApiException as e:
    check(e.status == 404 and "The project does not exist" in str(e), f"the error is {e}")
target.imports_delete("target", created.id)

if version() >= (4, 5):
    with open("broken.zip", "wb") as file:
        file.write(b"not an archive")
    broken = target.imports_create("target", file="broken.zip")
    try:
        waits.wait_for_import(target.api_client, "target", broken.id, quiet=True)
        sys.exit("the wait does not say that the import failed")
    except ubiops.utils.exceptions.StatusError as e:
        why = target.imports_get("target", broken.id).error_message
        check("failed" in str(e) and why and (version() < (4, 15) or why in str(e)), f"the failure is {e}, not {why}")
