// The readiness test: could this Region take over today? The drill's machine runs it every hour; people run it with
//
//     aws lambda invoke --function-name failover-test-REGION-SUFFIX --cli-binary-format raw-in-base64-out --payload '{"report": true}' /dev/stdout
//
// and get JSON that names each check: whether all is well (`ok`), how long it took (`ms`), and `why` not. Without `report` a Region that is not
// ready ends the call with an error that holds the same JSON: that is what fails the drill.
//
// It writes one item, its own, and takes it away again.
//
// Environment: METRICS and PEERS, from the library; DATABASE_..., what the database says of itself; POSITIONS, the table; HEALTH, the address of
// the health page of this Region's API.

import { randomUUID } from "node:crypto";
import { CloudWatchClient, GetMetricDataCommand, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { DeleteItemCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { DescribeDBClustersCommand, DescribeGlobalClustersCommand, RDSClient } from "@aws-sdk/client-rds";
import { ExecuteStatementCommand, RDSDataClient } from "@aws-sdk/client-rds-data";

const { AWS_REGION, DATABASE_ARN, DATABASE_CLUSTER, DATABASE_GLOBAL, DATABASE_NAME, DATABASE_SECRET } = process.env;
const { HEALTH, METRICS, PEERS, POSITIONS } = process.env;
const cloudwatch = new CloudWatchClient();
const database = new RDSDataClient();
const dynamodb = new DynamoDBClient();
const rds = new RDSClient();
const others = PEERS.split(",").map((region) => ({ region, dynamodb: new DynamoDBClient({ region }) }));

/// How long a check may take, in milliseconds; how long a reader may have been silent, in minutes.
const PATIENCE = 20_000;
const SILENCE = 5;

const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));

/// What is written here is read in every other Region.
async function table(abortSignal) {
  const key = { order: { S: `readiness-test-${AWS_REGION}` } };
  const mark = randomUUID();
  await dynamodb.send(new PutItemCommand({ TableName: POSITIONS, Item: { ...key, mark: { S: mark } } }), { abortSignal });
  try {
    await Promise.all(others.map(async ({ region, dynamodb: there }) => {
      while (!abortSignal.aborted) {
        const { Item } = await there.send(new GetItemCommand({ TableName: POSITIONS, Key: key }), { abortSignal });
        if (Item?.mark?.S === mark) return;
        await pause(250);
      }
      throw new Error(`what was written in ${AWS_REGION} has not arrived in ${region}`);
    }));
  } finally {
    await dynamodb.send(new DeleteItemCommand({ TableName: POSITIONS, Key: key }));
  }
}

/// Which Region writes the database today; throws unless the cluster of this Region is a member that is available.
async function writer(abortSignal) {
  const [{ GlobalClusters }, { DBClusters }] = await Promise.all([
    rds.send(new DescribeGlobalClustersCommand({ GlobalClusterIdentifier: DATABASE_GLOBAL }), { abortSignal }),
    rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: DATABASE_CLUSTER }), { abortSignal }),
  ]);
  const [whole, own] = [GlobalClusters?.[0], DBClusters?.[0]];
  if (whole?.Status !== "available") throw new Error(`the global database is ${whole?.Status ?? "not there"}`);
  if (own?.Status !== "available") throw new Error(`the cluster of ${AWS_REGION} is ${own?.Status ?? "not there"}`);
  const members = whole.GlobalClusterMembers.map(({ DBClusterArn, IsWriter }) => ({ region: DBClusterArn.split(":")[3], writes: IsWriter }));
  if (!members.some(({ region }) => region === AWS_REGION)) throw new Error(`${AWS_REGION} does not follow the global database`);
  const found = members.find(({ writes }) => writes)?.region;
  if (found === undefined) throw new Error("no Region writes the database");
  return found;
}

/// The Data API answers where the database is written, and nowhere else.
async function connection(writes, abortSignal) {
  if (writes !== AWS_REGION) return `written in ${writes}, so nothing can be asked here`;
  const asked = { resourceArn: DATABASE_ARN, secretArn: DATABASE_SECRET, database: DATABASE_NAME, sql: "select 1" };
  await database.send(new ExecuteStatementCommand(asked), { abortSignal });
  return undefined;
}

/// A reader tells every minute how far it is behind; a silent one may follow no more. The writer tells nothing.
async function replication(writes, abortSignal) {
  if (writes === AWS_REGION) return "written here, so there is nothing to tell";
  const now = Date.now();
  const { MetricDataResults } = await cloudwatch.send(new GetMetricDataCommand({
    StartTime: new Date(now - SILENCE * 60_000),
    EndTime: new Date(now),
    MetricDataQueries: [{
      Id: "lag",
      MetricStat: {
        Metric: { Namespace: "AWS/RDS", MetricName: "AuroraGlobalDBRPOLag", Dimensions: [{ Name: "DBClusterIdentifier", Value: DATABASE_CLUSTER }] },
        Period: 60,
        Stat: "Maximum",
      },
    }],
  }), { abortSignal });
  if (!MetricDataResults?.[0]?.Values?.length) throw new Error(`the reader of ${AWS_REGION} has told nothing for ${SILENCE} minutes`);
  return undefined;
}

/// The API of this Region answers.
async function api(abortSignal) {
  const reply = await fetch(HEALTH, { signal: abortSignal });
  if (!reply.ok) throw new Error(`${HEALTH} answers ${reply.status}`);
}

/// Does one check. Whatever becomes of it, the others are done.
async function tried(check) {
  const began = Date.now();
  const signal = AbortSignal.timeout(PATIENCE);
  const seen = (ok, why) => ({ ok, ms: Date.now() - began, ...(why === undefined ? {} : { why }) });
  try {
    return seen(true, await check(signal));
  } catch (error) {
    return seen(false, error.name === "AbortError" || error.name === "TimeoutError" ? `no answer within ${PATIENCE / 1000} s` : error.message);
  }
}

/// The one place where the metrics are published, once in each run.
async function publish(values) {
  const { namespace, dimensions } = JSON.parse(METRICS);
  await cloudwatch.send(new PutMetricDataCommand({
    Namespace: namespace,
    MetricData: Object.entries(values).map(([MetricName, value]) => ({
      MetricName,
      Value: value ? 1 : 0,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    })),
  }));
}

export async function handler(event) {
  // Which Region writes decides what can be asked of the database here.
  const written = writer(AbortSignal.timeout(PATIENCE));
  const names = ["table", "database", "connection", "replication", "api"];
  const seen = await Promise.all([
    tried(table),
    tried(async () => `written in ${await written}`),
    tried(async (signal) => connection(await written, signal)),
    tried(async (signal) => replication(await written, signal)),
    tried(api),
  ]);
  const checks = Object.fromEntries(names.map((name, at) => [name, seen[at]]));
  const ready = seen.every(({ ok }) => ok);
  await publish({ FailoverReadiness: ready, ReplicationReporting: checks.replication.ok });
  const report = { ready, region: AWS_REGION, checks };
  if (ready || event?.report === true) return report;
  throw new Error(JSON.stringify(report));
}
