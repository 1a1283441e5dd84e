import assert from "node:assert/strict";
import { test } from "node:test";
import { answers, calls, load, refused } from "./sdk.mjs";

const handler = await load("health.mjs", {
  POSITIONS: "positions", QUEUE: "https://sqs.us-east-1.amazonaws.com/111122223333/orders",
  DATABASE_ARN: "arn:aws:rds:us-east-1:111122223333:cluster:ledger", DATABASE_SECRET: "ledger-master", DATABASE_NAME: "trading",
});
console.error = () => {};
const fails = (name) => ({ [name]: () => { throw refused("InternalServerError"); } });

test("all is well when table, queue and database answer", async () => {
  answers({});
  const { statusCode, body } = await handler();
  assert.equal(statusCode, 200);
  assert.deepEqual(JSON.parse(body), { healthy: true, region: "us-east-1", answers: { table: true, queue: true, writer: true } });
  assert.equal(calls("GetQueueAttributes")[0].input.QueueUrl, "https://sqs.us-east-1.amazonaws.com/111122223333/orders");
});

test("where the database is not written the page says so, and the Region is healthy all the same", async () => {
  answers(fails("ExecuteStatement"));
  const { statusCode, body } = await handler();
  assert.equal(statusCode, 200);
  assert.deepEqual(JSON.parse(body).answers, { table: true, queue: true, writer: false });
});

for (const [what, operation] of Object.entries({ table: "GetItem", queue: "GetQueueAttributes" })) {
  test(`without the ${what} no order can be taken`, async () => {
    answers(fails(operation));
    const { statusCode, body, headers } = await handler();
    assert.equal(statusCode, 503);
    assert.equal(JSON.parse(body).answers[what], false);
    assert.equal(headers["cache-control"], "no-store");
  });
}

test("what does not answer in time is not well", { timeout: 4500 }, async () => {
  answers({ GetItem: () => new Promise((resolve) => setTimeout(resolve, 3000, {})) });
  assert.equal((await handler()).statusCode, 503);
});
