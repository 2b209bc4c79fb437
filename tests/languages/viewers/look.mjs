// Opens each viewer in a browser and reads from the page what it shows.
// Usage: look.mjs BROWSER FOLDER
import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import puppeteer from "puppeteer-core";

const [browserPath, pictures] = process.argv.slice(2);
const operations = 11;

const pages = {
  redoc: `<div id="page"></div><script src="node_modules/redoc/bundles/redoc.standalone.js"></script>
    <script>Redoc.init("openapi.yaml", {}, document.getElementById("page"))</script>`,
  swagger: `<link rel="stylesheet" href="node_modules/swagger-ui-dist/swagger-ui.css"><div id="page"></div>
    <script src="node_modules/swagger-ui-dist/swagger-ui-bundle.js"></script>
    <script>SwaggerUIBundle({ url: "openapi.yaml", dom_id: "#page", docExpansion: "full" })</script>`,
  scalar: `<div id="page"></div><script src="node_modules/@scalar/api-reference/dist/browser/standalone.js"></script>
    <script>Scalar.createApiReference("#page", { url: "openapi.yaml", telemetry: false, defaultOpenAllTags: true })</script>`,
};

const server = createServer(async (request, response) => {
  const path = new URL(request.url, "http://localhost").pathname.slice(1);
  try {
    response.end(path in pages ? `<!doctype html><meta charset="utf-8">${pages[path]}` : await readFile(path));
  } catch {
    response.writeHead(404).end();
  }
}).listen(0, "127.0.0.1");
await new Promise((listening) => server.once("listening", listening));

// Pages may be opened only from here: viewers ask for logos and fonts elsewhere.
const browser = await puppeteer.launch({
  executablePath: browserPath,
  args: ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
});

async function open(name, ready) {
  const page = await browser.newPage();
  await page.setViewport({ width: 1500, height: 30000 }); // what is not in sight may not be drawn
  await page.goto(`http://127.0.0.1:${server.address().port}/${name}`);
  await page.waitForFunction(ready, { timeout: 120_000 }, operations);
  return page;
}

// check takes the codes of each operation, as they are shown, and the error of each error code.
async function check(name, page, codes, errors) {
  await page.setViewport({ width: 1500, height: 1500 });
  await page.screenshot({ path: `${pictures}/${name}.png` });
  assert.equal(codes.length, operations, name);
  for (const [first, ...others] of codes) {
    assert.match(first, /^20[014]$/, `${name} shows ${first} first, then ${others}`);
    assert(others.includes("429"), `${name} shows no 429 among ${others}`);
  }
  const texts = Object.values(errors);
  assert.equal(texts.length, 8, `${name}: ${JSON.stringify(errors)}`);
  assert.equal(new Set(texts).size, texts.length, `${name}: ${JSON.stringify(errors)}`);
  assert.match(errors["429"], /too many requests/, name);
  console.log(`${name}: the success first in ${codes.length} operations, ${texts.length} errors with examples`);
}

// clicked clicks the tabs of error codes one after the other and reads the example under each.
async function clicked(page, tabs, text) {
  const errors = {};
  for (const tab of tabs) {
    const code = (await tab.evaluate((t) => t.innerText)).match(/[45](\d\d|XX)/)?.[0];
    if (!code) continue;
    await tab.evaluate((t) => t.click());
    await new Promise((drawn) => setTimeout(drawn, 500));
    errors[code] = (await text()).match(/"error":\s*"[^"]*"/)?.[0] ?? "";
  }
  return errors;
}

{
  const sections = "[data-section-id*='/operation/']";
  const page = await open("redoc", `document.querySelectorAll("${sections}").length >= ${operations}`);
  const codes = await page.$$eval(sections, (all) => all.map((section) =>
    [...section.querySelectorAll("button")].map((b) => b.innerText.match(/^([2-5](\d\d|XX))\s/)?.[1]).filter(Boolean)));
  const download = await page.$("[data-section-id$='/operation/exports_download']");
  const errors = await clicked(page, await download.$$("[role=tab]"), () => download.evaluate((d) => d.innerText));
  await check("redoc", page, codes, errors);
}
{
  const page = await open("swagger", `document.querySelectorAll(".opblock .responses-table").length >= ${operations}`);
  const codes = await page.$$eval(".opblock", (all) => all.map((block) =>
    [...block.querySelectorAll("tr.response")].map((row) => row.dataset.code)));
  const errors = await page.$$eval("[id$=exports_download] tr.response", (rows) => Object.fromEntries(rows
    .filter((row) => /^[45]/.test(row.dataset.code))
    .map((row) => [row.dataset.code, row.innerText.match(/"error":\s*"[^"]*"/)?.[0] ?? ""])));
  await check("swagger", page, codes, errors);
}
{
  const lists = `[...document.querySelectorAll("[role=tablist]")].filter((list) => /STATUS/i.test(list.innerText))`;
  const page = await open("scalar", `${lists}.length >= ${operations}`);
  const codes = await page.evaluate(`${lists}.map((list) => [...list.querySelectorAll("[role=tab]")].map((t) => t.innerText.match(/[2-5](\\d\\d|XX)/)[0]))`);
  const download = await page.$("section[id$='GET/projects/{project_name}/exports/{export_id}/download']");
  const errors = await clicked(page, await download.$$("[role=tab]"), () => download.evaluate((d) => d.innerText));
  await check("scalar", page, codes, errors);
}
await browser.close();
server.close();
