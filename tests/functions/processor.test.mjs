import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { answers, calls, load, refused } from "./sdk.mjs";

const handler = await load("processor.mjs", {
  POSITIONS: "positions", AUDIT: "audit", BUS: "events", TRIES: "12",
  DATABASE_ARN: "arn:aws:rds:us-east-1:111122223333:cluster:ledger", DATABASE_SECRET: "ledger-master", DATABASE_NAME: "trading",
});

const ORDER = { order: "o-1", account: "a-1", instrument: "AMZN", side: "buy", quantity: 3, limit: "180.25" };
const message = (body, messageId = "m-1", receives = 1) => ({
  messageId,
  body: typeof body === "string" ? body : JSON.stringify(body),
  attributes: { SentTimestamp: String(Date.UTC(2026, 10, 29, 23, 59)), ApproximateReceiveCount: String(receives) },
});
const events = () => calls("PutEvents").flatMap(({ input }) => input.Entries).map(({ DetailType, Detail }) => [DetailType, JSON.parse(Detail)]);
const inserts = () => calls("ExecuteStatement").filter(({ input }) => input.sql.startsWith("insert"));

console.error = () => {};
beforeEach(() => answers({ PutEvents: { FailedEntryCount: 0 } }));

test("an order is taken, executed, recorded, told and noted as executed, in this order", async () => {
  assert.deepEqual(await handler({ Records: [message(ORDER)] }), { batchItemFailures: [] });
  const order = aws.called.map(({ operation }) => operation).filter((name, at, all) => all.indexOf(name) === at);
  assert.deepEqual(order, ["PutItem", "ExecuteStatement", "PutObject", "PutEvents", "UpdateItem"]);
  assert.deepEqual(events(), [["trade.executed", ORDER]]);
  assert.equal(calls("PutItem")[0].input.ConditionExpression, "attribute_not_exists(#order)");
  const [{ input }] = inserts();
  assert.match(input.sql, /on conflict \("order"\) do nothing/);
  assert.deepEqual(Object.fromEntries(input.parameters.map(({ name, value }) => [name, value])), {
    order: { stringValue: "o-1" }, account: { stringValue: "a-1" }, instrument: { stringValue: "AMZN" }, side: { stringValue: "buy" },
    quantity: { longValue: 3 }, limit: { stringValue: "180.25" }, region: { stringValue: "us-east-1" },
  });
});

test("the record stands under the day of the message and is never written over", async () => {
  await handler({ Records: [message(ORDER)] });
  const [{ input }] = calls("PutObject");
  assert.equal(input.Key, "2026-11-29/o-1.json");
  assert.equal(input.IfNoneMatch, "*");
  assert.deepEqual(JSON.parse(input.Body), { executed: ORDER, region: "us-east-1" });
});

test("an order that was executed is done: nothing happens again", async () => {
  answers({
    PutItem: () => { throw refused("ConditionalCheckFailedException"); },
    GetItem: { Item: { status: { S: "executed" } } },
  });
  assert.deepEqual(await handler({ Records: [message(ORDER)] }), { batchItemFailures: [] });
  assert.deepEqual([...new Set(aws.called.map(({ operation }) => operation))], ["PutItem", "GetItem"]);
});

test("an order of which a try died half way is done to its end", async () => {
  answers({
    PutItem: () => { throw refused("ConditionalCheckFailedException"); },
    GetItem: { Item: { status: { S: "taken" } } },
    PutObject: () => { throw refused("PreconditionFailed"); },
    PutEvents: { FailedEntryCount: 0 },
  });
  assert.deepEqual(await handler({ Records: [message(ORDER)] }), { batchItemFailures: [] });
  assert.equal(inserts().length, 1);
  assert.deepEqual(events(), [["trade.executed", ORDER]]);
  assert.equal(calls("UpdateItem").length, 1);
});

test("where the database is not written, the order is tried again, and nothing is told", async () => {
  answers({ ExecuteStatement: () => { throw refused("DatabaseUnavailableException", "no writer"); } });
  assert.deepEqual(await handler({ Records: [message(ORDER)] }), { batchItemFailures: [{ itemIdentifier: "m-1" }] });
  assert.deepEqual(events(), []);
  assert.equal(calls("PutObject").length, 0);
  assert.equal(calls("UpdateItem").length, 0);
});

test("of a batch only what failed is tried again", async () => {
  answers({
    PutEvents: { FailedEntryCount: 0 },
    ExecuteStatement: ({ input }) => {
      if (input.parameters.some(({ value }) => value.stringValue === "o-2")) throw refused("StatementTimeoutException");
      return {};
    },
  });
  const records = ["o-1", "o-2", "o-3"].map((order) => message({ ...ORDER, order }, `m-${order}`));
  assert.deepEqual(await handler({ Records: records }), { batchItemFailures: [{ itemIdentifier: "m-o-2" }] });
  assert.deepEqual(events().map(([, { order }]) => order).sort(), ["o-1", "o-3"]);
});

test("an event that the bus did not take is sent again", async () => {
  answers({ PutEvents: { FailedEntryCount: 1, Entries: [{ ErrorCode: "ThrottlingException", ErrorMessage: "slow down" }] } });
  assert.deepEqual(await handler({ Records: [message(ORDER)] }), { batchItemFailures: [{ itemIdentifier: "m-1" }] });
  assert.equal(calls("UpdateItem").length, 0);
});

test("on the last try the failure is told, and the message still goes to the dead letters", async () => {
  answers({ PutEvents: { FailedEntryCount: 0 }, ExecuteStatement: () => { throw refused("DatabaseUnavailableException", "no writer"); } });
  assert.deepEqual(await handler({ Records: [message(ORDER, "m-1", 12)] }), { batchItemFailures: [{ itemIdentifier: "m-1" }] });
  assert.deepEqual(events(), [["trade.failed", { message: "m-1", why: "no writer" }]]);
});

test("a failure that cannot be told loses no message", async () => {
  answers({
    PutEvents: () => { throw refused("InternalException"); },
    ExecuteStatement: () => { throw refused("DatabaseUnavailableException"); },
  });
  assert.deepEqual(await handler({ Records: [message(ORDER, "m-1", 12)] }), { batchItemFailures: [{ itemIdentifier: "m-1" }] });
});

const wrong = {
  "no JSON": "buy!",
  "no object": "null",
  "a list": "[1]",
  "nothing in it": {},
  "a negative quantity": { ...ORDER, quantity: -1 },
  "a quantity of nothing": { ...ORDER, quantity: 0 },
  "half a share": { ...ORDER, quantity: 0.5 },
  "a quantity as text": { ...ORDER, quantity: "3" },
  "a limit of nothing": { ...ORDER, limit: "0" },
  "a limit that is no decimal": { ...ORDER, limit: "1e3" },
  "another side": { ...ORDER, side: "hold" },
  "a number that is code": { ...ORDER, order: "o-1'; drop table trades; --" },
  "a list as an order's number": { ...ORDER, order: ["o-1"] },
};
for (const [what, body] of Object.entries(wrong)) {
  test(`what is no order is recorded, told, and not tried again: ${what}`, async () => {
    assert.deepEqual(await handler({ Records: [message(body)] }), { batchItemFailures: [] });
    assert.equal(calls("PutItem").length, 0);
    assert.equal(calls("ExecuteStatement").length, 0);
    assert.equal(calls("PutObject")[0].input.Key, "2026-11-29/refused-m-1.json");
    assert.deepEqual(events().map(([kind, { message: id }]) => [kind, id]), [["trade.failed", "m-1"]]);
  });
}

test("what more stands in a message goes nowhere", async () => {
  await handler({ Records: [message({ ...ORDER, region: "mars" })] });
  assert.deepEqual(events(), [["trade.executed", ORDER]]);
});
