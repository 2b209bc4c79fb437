// Moves a project with the client of orval.
import { strict as assert } from "node:assert";
import {
  exportsCreate, exportsDelete, exportsDownload, exportsGet, exportsList, ExportStatus,
  importsCreate, importsDelete, importsGet, importsUpdate,
} from "./client";
import { env, wait } from "./wait";

function as(token: string): RequestInit {
  return { headers: { Authorization: `Token ${token}` } };
}

// Each answer tells its status, by which its data has a type.
function must<A extends { status: number }, S extends A["status"]>(answer: A, status: S): Extract<A, { status: S }> {
  assert.equal(answer.status, status, JSON.stringify(answer));
  return answer as Extract<A, { status: S }>;
}

async function move() {
  const source = as(env.SOURCE_TOKEN);
  const target = as(env.TARGET_TOKEN);

  const exportId = must(await exportsCreate(env.SOURCE, {}, { all: true }, source), 201).data.id;
  const getExport = async () => must(await exportsGet(env.SOURCE, exportId, source), 200).data;
  const done = await wait(getExport, "completed");
  const archive = must(await exportsDownload(env.SOURCE, exportId, source), 200).data;
  assert.equal(archive.size, done.size);

  const file = new File([archive], "export.zip");
  const importId = must(await importsCreate(env.TARGET, { file }, target), 201).data.id;
  const getImport = async () => must(await importsGet(env.TARGET, importId, target), 200).data;
  const scanned = await wait(getImport, "confirmation");

  // What was scanned is confirmed as it is, with a value for the secret.
  const { deployments, pipelines, environments, environment_variables, services } = scanned;
  environment_variables!.TICKET_TOKEN.value = env.SECRET;
  const confirmation = { deployments, pipelines, environments, environment_variables, services };
  must(await importsUpdate(env.TARGET, importId, confirmation, target), 200);
  await wait(getImport, "completed");

  must(await importsDelete(env.TARGET, importId, target), 204);
  must(await exportsDelete(env.SOURCE, exportId, source), 204);

  env.HOST = env.LARGE_HOST;
  const large = must(await exportsList("large", { status: ExportStatus.completed }, source), 200);
  console.log("large", large.data[0].size);
}

move().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
