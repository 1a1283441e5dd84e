import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { answers, calls, load, refused } from "./sdk.mjs";

const HERE = "us-east-1";
const THERE = "us-east-2";
const handler = await load("failover-test.mjs", {
  METRICS: JSON.stringify({ namespace: "Drc/Readiness", dimensions: { Test: "trading-failover-test-prod", From: HERE } }),
  PEERS: THERE, POSITIONS: "positions", HEALTH: "https://api.example.com/live/health",
  DATABASE_GLOBAL: "ledger", DATABASE_CLUSTER: `ledger-${HERE}`, DATABASE_ARN: `arn:aws:rds:${HERE}:111122223333:cluster:ledger-${HERE}`,
  DATABASE_SECRET: "ledger-master", DATABASE_NAME: "trading",
});

/// A world in which all is well: the table copies at once, the database is written in `writer`, the reader reports.
function world(writer, more = {}) {
  const items = new Map();
  const member = (region) => ({ DBClusterArn: `arn:aws:rds:${region}:111122223333:cluster:ledger-${region}`, IsWriter: region === writer });
  answers({
    PutItem: ({ input }) => { items.set(input.Item.order.S, input.Item); return {}; },
    GetItem: ({ input }) => ({ Item: items.get(input.Key.order.S) }),
    DeleteItem: ({ input }) => { items.delete(input.Key.order.S); return {}; },
    DescribeGlobalClusters: { GlobalClusters: [{ Status: "available", GlobalClusterMembers: [member(HERE), member(THERE)] }] },
    DescribeDBClusters: { DBClusters: [{ Status: "available" }] },
    GetMetricData: { MetricDataResults: [{ Id: "lag", Values: [80, 95] }] },
    ...more,
  });
  return items;
}
const published = () => calls("PutMetricData").map(({ input }) => Object.fromEntries(input.MetricData.map(({ MetricName, Value }) => [MetricName, Value])));
const report = () => handler({ report: true });

let answer;
globalThis.fetch = async (url) => (typeof answer === "function" ? answer(url) : { ok: answer < 400, status: answer });
beforeEach(() => { answer = 200; });

test("where the database is written: every check is named, and the Region is ready", async () => {
  const items = world(HERE);
  const seen = await handler({});
  assert.equal(seen.ready, true);
  assert.equal(seen.region, HERE);
  assert.deepEqual(Object.keys(seen.checks), ["table", "database", "connection", "replication", "api"]);
  for (const { ok, ms } of Object.values(seen.checks)) assert.ok(ok && Number.isInteger(ms));
  assert.equal(seen.checks.database.why, `written in ${HERE}`);
  assert.equal(calls("ExecuteStatement").length, 1);
  assert.equal(calls("GetMetricData").length, 0);
  assert.deepEqual(published(), [{ FailoverReadiness: 1, ReplicationReporting: 1 }]);
  assert.equal(items.size, 0, "the test item is taken away again");
});

test("where the database is read: the reader has to report, and the Data API is not asked", async () => {
  world(THERE);
  const seen = await handler();
  assert.equal(seen.ready, true);
  assert.equal(calls("ExecuteStatement").length, 0);
  const [{ input, region }] = calls("GetMetricData");
  assert.equal(region, HERE);
  const { Metric } = input.MetricDataQueries[0].MetricStat;
  assert.deepEqual(Metric, { Namespace: "AWS/RDS", MetricName: "AuroraGlobalDBRPOLag", Dimensions: [{ Name: "DBClusterIdentifier", Value: `ledger-${HERE}` }] });
  assert.equal(input.EndTime - input.StartTime, 5 * 60_000);
});

test("what is written here is read there", async () => {
  world(HERE);
  await handler();
  assert.equal(calls("PutItem")[0].region, HERE);
  assert.deepEqual(calls("GetItem").map(({ region }) => region), [THERE]);
  assert.equal(calls("PutItem")[0].input.Item.order.S, `readiness-test-${HERE}`);
});

test("what takes a moment to arrive is waited for", async () => {
  let asked = 0;
  let mark;
  world(HERE, {
    PutItem: ({ input }) => { mark = input.Item.mark.S; return {}; },
    GetItem: () => { asked += 1; return asked < 3 ? { Item: { mark: { S: "of the last run" } } } : { Item: { mark: { S: mark } } }; },
  });
  assert.equal((await handler()).ready, true);
  assert.equal(asked, 3);
});

const broken = {
  "a table that refuses": [{ PutItem: () => { throw refused("ResourceNotFoundException", "no such table"); } }, "table", /no such table/],
  "a global database that is changing": [
    { DescribeGlobalClusters: { GlobalClusters: [{ Status: "failing-over", GlobalClusterMembers: [] }] } }, "database", /failing-over/],
  "no global database": [{ DescribeGlobalClusters: { GlobalClusters: [] } }, "database", /not there/],
  "a cluster that was stopped": [{ DescribeDBClusters: { DBClusters: [{ Status: "stopped" }] } }, "database", /stopped/],
  "a cluster that follows no more": [
    { DescribeGlobalClusters: { GlobalClusters: [{ Status: "available", GlobalClusterMembers: [
      { DBClusterArn: `arn:aws:rds:${THERE}:111122223333:cluster:x`, IsWriter: true }] }] } }, "database", /does not follow/],
  "nobody who writes": [
    { DescribeGlobalClusters: { GlobalClusters: [{ Status: "available", GlobalClusterMembers: [
      { DBClusterArn: `arn:aws:rds:${HERE}:111122223333:cluster:x`, IsWriter: false }] }] } }, "database", /no Region writes/],
  "a database that takes no statement": [{ ExecuteStatement: () => { throw refused("DatabaseErrorException", "too many connections"); } }, "connection", /too many/],
};
for (const [what, [more, check, why]] of Object.entries(broken)) {
  test(`not ready, and the report says why: ${what}`, async () => {
    world(HERE, more);
    const seen = await report();
    assert.equal(seen.ready, false);
    assert.equal(seen.checks[check].ok, false);
    assert.match(seen.checks[check].why, why);
    assert.equal(published()[0].FailoverReadiness, 0);
    assert.equal(published().length, 1);
  });
}

test("a silent reader is not ready, and its replication is not reported", async () => {
  world(THERE, { GetMetricData: { MetricDataResults: [{ Id: "lag", Values: [] }] } });
  const seen = await report();
  assert.equal(seen.checks.replication.ok, false);
  assert.deepEqual(published(), [{ FailoverReadiness: 0, ReplicationReporting: 0 }]);
});

test("an API that answers 503, or not at all, is not ready; replication is reported all the same", async () => {
  for (const given of [503, () => { throw new TypeError("fetch failed"); }]) {
    world(HERE);
    answer = given;
    const seen = await report();
    assert.equal(seen.checks.api.ok, false);
    assert.deepEqual(published(), [{ FailoverReadiness: 0, ReplicationReporting: 1 }]);
  }
});

test("without `report` a Region that is not ready ends the call with an error that holds the report", async () => {
  world(HERE, { DescribeDBClusters: { DBClusters: [] } });
  await assert.rejects(handler({}), (error) => {
    const { ready, checks } = JSON.parse(error.message);
    return ready === false && checks.database.ok === false && checks.table.ok === true;
  });
  assert.deepEqual(published(), [{ FailoverReadiness: 0, ReplicationReporting: 0 }]);
});

test("metrics that cannot be published are an error: silence is an alarm", async () => {
  world(HERE, { PutMetricData: () => { throw refused("Throttling", "slow down"); } });
  await assert.rejects(report(), /slow down/);
});
