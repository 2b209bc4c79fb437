// Moves a project with the client of @hey-api/openapi-ts.
import { strict as assert } from "node:assert";
import {
  exportsCreate, exportsDelete, exportsDownload, exportsGet, exportsList,
  importsCreate, importsDelete, importsGet, importsUpdate,
} from "./client";
import { createClient } from "./client/client";
import { env, wait } from "./wait";

function connect(host: string, token: string) {
  return createClient({ baseUrl: host, auth: `Token ${token}`, throwOnError: true });
}

async function move() {
  // Every call throws what an error status answers.
  const source = { client: connect(env.HOST, env.SOURCE_TOKEN), throwOnError: true } as const;
  const target = { client: connect(env.HOST, env.TARGET_TOKEN), throwOnError: true } as const;

  const started = await exportsCreate({ ...source, path: { project_name: env.SOURCE }, query: { all: true }, body: {} });
  const ofExport = { ...source, path: { project_name: env.SOURCE, export_id: started.data.id } };
  const done = await wait(async () => (await exportsGet(ofExport)).data, "completed");
  const archive = (await exportsDownload(ofExport)).data;
  assert.equal(archive.size, done.size);

  const file = new File([archive], "export.zip");
  const created = await importsCreate({ ...target, path: { project_name: env.TARGET }, body: { file } });
  const ofImport = { ...target, path: { project_name: env.TARGET, import_id: created.data.id } };
  const getImport = async () => (await importsGet(ofImport)).data;
  const scanned = await wait(getImport, "confirmation");

  // What was scanned is confirmed as it is, with a value for the secret.
  const { deployments, pipelines, environments, environment_variables, services } = scanned;
  environment_variables!.TICKET_TOKEN.value = env.SECRET;
  await importsUpdate({ ...ofImport, body: { deployments, pipelines, environments, environment_variables, services } });
  await wait(getImport, "completed");

  assert.equal((await importsDelete(ofImport)).response?.status, 204);
  assert.equal((await exportsDelete(ofExport)).response?.status, 204);

  const client = connect(env.LARGE_HOST, env.SOURCE_TOKEN);
  const large = await exportsList({ client, throwOnError: true, path: { project_name: "large" }, query: { status: "completed" } });
  console.log("large", large.data[0].size);
}

move().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
