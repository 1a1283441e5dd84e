// Sells a ticket to nobody and looks whether the other Regions know of it.

import { CloudWatchClient, GetMetricDataCommand, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";

const { AWS_REGION, METRICS, PEERS, TICKETS } = process.env;
const { namespace, dimensions } = JSON.parse(METRICS);
const cloudwatch = new CloudWatchClient();
const dynamodb = new DynamoDBClient();

/// How long a ticket may take, in milliseconds.
const PATIENCE = 20_000;

async function arrives(region, key, mark) {
  const there = new DynamoDBClient({ region });
  for (const began = Date.now(); Date.now() - began < PATIENCE;) {
    const { Item } = await there.send(new GetItemCommand({ TableName: TICKETS, Key: key }));
    if (Item?.mark?.S === mark) return true;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return false;
}

/// While nothing is sold, nothing is copied, and the table tells nothing: the ticket above is something.
async function reports(table) {
  const { MetricDataResults } = await cloudwatch.send(new GetMetricDataCommand({
    StartTime: new Date(Date.now() - 2 * 3600_000),
    EndTime: new Date(),
    MetricDataQueries: PEERS.split(",").map((region, at) => ({
      Id: `lag${at}`,
      MetricStat: {
        Metric: {
          Namespace: "AWS/DynamoDB",
          MetricName: "ReplicationLatency",
          Dimensions: [{ Name: "TableName", Value: table }, { Name: "ReceivingRegion", Value: region }],
        },
        Period: 3600,
        Stat: "Maximum",
      },
    })),
  }));
  return MetricDataResults.every(({ Values }) => Values.length > 0);
}

export async function handler() {
  const key = { ticket: { S: `rehearsal ${AWS_REGION}` } };
  const mark = new Date().toISOString();
  await dynamodb.send(new PutItemCommand({ TableName: TICKETS, Item: { ...key, mark: { S: mark } } }));
  const seen = await Promise.all(PEERS.split(",").map((region) => arrives(region, key, mark)));
  const values = { FailoverReadiness: seen.every((arrived) => arrived), ReplicationReporting: await reports(TICKETS) };
  await cloudwatch.send(new PutMetricDataCommand({
    Namespace: namespace,
    MetricData: Object.entries(values).map(([MetricName, value]) => ({
      MetricName,
      Value: value ? 1 : 0,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    })),
  }));
  if (!values.FailoverReadiness) throw new Error(`a ticket of ${AWS_REGION} did not arrive in ${PEERS}`);
}
