import { strict as assert } from "node:assert";
import { setTimeout as sleep } from "node:timers/promises";

// wait asks for an export or import until it has the status, for half a minute.
export async function wait<T extends { status: string; error_message: string }>(get: () => Promise<T>, wanted: T["status"]) {
  for (let i = 0; i < 600; i++) {
    const job = await get();
    assert(job.status === wanted || job.status !== "failed", job.error_message);
    if (job.status === wanted) return job;
    await sleep(50);
  }
  throw new Error(`not ${wanted} in time`);
}

// env is what the runner says.
export const env = process.env as Record<string, string>;
