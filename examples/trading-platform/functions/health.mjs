// The health page: whether this Region can take orders and work on them. The table and the queue have to answer. Whether the database is written
// here is told, but decides nothing: it is written in one Region only, and a page that failed in the other one would keep traffic from ever
// getting there.
//
// Environment: POSITIONS, the table; QUEUE, the address of the queue; DATABASE_..., what the database says of itself.

import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { ExecuteStatementCommand, RDSDataClient } from "@aws-sdk/client-rds-data";
import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";

const { AWS_REGION, DATABASE_ARN, DATABASE_NAME, DATABASE_SECRET, POSITIONS, QUEUE } = process.env;
// Whoever asks waits five seconds. One try has less; nothing is tried twice, the next question comes soon.
const once = { maxAttempts: 1 };
const dynamodb = new DynamoDBClient(once);
const database = new RDSDataClient(once);
const sqs = new SQSClient(once);

const patience = () => ({ abortSignal: AbortSignal.timeout(2500) });

const checks = {
  table: () => dynamodb.send(new GetItemCommand({ TableName: POSITIONS, Key: { order: { S: "health" } } }), patience()),
  queue: () => sqs.send(new GetQueueAttributesCommand({ QueueUrl: QUEUE, AttributeNames: ["ApproximateNumberOfMessages"] }), patience()),
  writer: () => database.send(
    new ExecuteStatementCommand({ resourceArn: DATABASE_ARN, secretArn: DATABASE_SECRET, database: DATABASE_NAME, sql: "select 1" }),
    patience(),
  ),
};
const NEEDED = ["table", "queue"];

export async function handler() {
  const names = Object.keys(checks);
  const seen = await Promise.allSettled(names.map((name) => checks[name]()));
  const answers = Object.fromEntries(names.map((name, at) => [name, seen[at].status === "fulfilled"]));
  const healthy = NEEDED.every((name) => answers[name]);
  names.forEach((name, at) => {
    if (NEEDED.includes(name) && !answers[name]) console.error({ check: name, reason: seen[at].reason.message });
  });
  return {
    statusCode: healthy ? 200 : 503,
    headers: { "content-type": "application/json", "cache-control": "no-store" },
    body: JSON.stringify({ healthy, region: AWS_REGION, answers }),
  };
}
