// Moves a project with openapi-fetch and the types of openapi-typescript.
import { strict as assert } from "node:assert";
import createClient from "openapi-fetch";
import type { paths } from "./contract";
import { env, wait } from "./wait";

function connect(host: string, token: string) {
  return createClient<paths>({ baseUrl: host, headers: { Authorization: `Token ${token}` } });
}

// What an error status answers is in the answer's `error`.
function must<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  assert(answer.data !== undefined, `${answer.response.status} ${JSON.stringify(answer.error)}`);
  return answer.data;
}

async function move() {
  const source = connect(env.HOST, env.SOURCE_TOKEN);
  const target = connect(env.HOST, env.TARGET_TOKEN);

  const started = must(await source.POST("/projects/{project_name}/exports", {
    params: { path: { project_name: env.SOURCE }, query: { all: true } },
    body: {},
  }));
  const ofExport = { path: { project_name: env.SOURCE, export_id: started.id } };
  const getExport = async () => must(await source.GET("/projects/{project_name}/exports/{export_id}", { params: ofExport }));
  const done = await wait(getExport, "completed");
  const archive = must(await source.GET("/projects/{project_name}/exports/{export_id}/download", {
    params: ofExport,
    parseAs: "blob",
  }));
  assert.equal(archive.size, done.size);

  const created = must(await target.POST("/projects/{project_name}/imports", {
    params: { path: { project_name: env.TARGET } },
    body: {},
    bodySerializer: () => {
      const form = new FormData();
      form.set("file", archive, "export.zip");
      return form;
    },
  }));
  const ofImport = { path: { project_name: env.TARGET, import_id: created.id } };
  const getImport = async () => must(await target.GET("/projects/{project_name}/imports/{import_id}", { params: ofImport }));
  const scanned = await wait(getImport, "confirmation");

  // What was scanned is confirmed as it is, with a value for the secret.
  const { deployments, pipelines, environments, environment_variables, services } = scanned;
  environment_variables!.TICKET_TOKEN.value = env.SECRET;
  must(await target.PATCH("/projects/{project_name}/imports/{import_id}", {
    params: ofImport,
    body: { deployments, pipelines, environments, environment_variables, services },
  }));
  await wait(getImport, "completed");

  const noImport = await target.DELETE("/projects/{project_name}/imports/{import_id}", { params: ofImport });
  const noExport = await source.DELETE("/projects/{project_name}/exports/{export_id}", { params: ofExport });
  assert.deepEqual([noImport.response.status, noExport.response.status], [204, 204]);

  const large = must(await connect(env.LARGE_HOST, env.SOURCE_TOKEN).GET("/projects/{project_name}/exports", {
    params: { path: { project_name: "large" }, query: { status: "completed" } },
  }));
  console.log("large", large[0].size);
}

move().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
