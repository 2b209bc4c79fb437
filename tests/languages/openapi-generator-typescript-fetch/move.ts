// Moves a project with the typescript-fetch client of openapi-generator.
import { strict as assert } from "node:assert";
import { Configuration, ExportsApi, ExportStatus, ImportsApi } from "./client";
import { env, wait } from "./wait";

function connect(host: string, token: string) {
  return new Configuration({ basePath: host, apiKey: `Token ${token}` });
}

async function move() {
  const exports = new ExportsApi(connect(env.HOST, env.SOURCE_TOKEN));
  const imports = new ImportsApi(connect(env.HOST, env.TARGET_TOKEN));

  const started = await exports.exportsCreate({ projectName: env.SOURCE, exportCreate: {}, all: true });
  const ofExport = { projectName: env.SOURCE, exportId: started.id };
  const done = await wait(() => exports.exportsGet(ofExport), "completed");
  const archive = await exports.exportsDownload(ofExport);
  assert.equal(archive.size, done.size);

  const file = new File([archive], "export.zip");
  const created = await imports.importsCreate({ projectName: env.TARGET, file });
  const ofImport = { projectName: env.TARGET, importId: created.id };
  const scanned = await wait(() => imports.importsGet(ofImport), "confirmation");

  // What was scanned is confirmed as it is, with a value for the secret.
  const { deployments, pipelines, environments, environment_variables, services } = scanned;
  environment_variables!.TICKET_TOKEN.value = env.SECRET;
  const importUpdate = { deployments, pipelines, environments, environment_variables, services };
  await imports.importsUpdate({ ...ofImport, importUpdate });
  await wait(() => imports.importsGet(ofImport), "completed");

  await imports.importsDelete(ofImport);
  await exports.exportsDelete(ofExport);

  const large = await new ExportsApi(connect(env.LARGE_HOST, env.SOURCE_TOKEN)).exportsList({
    projectName: "large",
    status: ExportStatus.Completed,
  });
  console.log("large", large[0].size);
}

move().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
