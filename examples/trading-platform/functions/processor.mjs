// Executes the orders in the queue of its own Region. SQS may hand over a message twice, and a trader may send an order to both Regions: every
// step can be done again. The order's number decides in the database, which one Region alone writes.
//
// What fails is tried again by itself. Where the database is not written (the Data API answers in the Region of the writer only), every order
// fails until a failover has promoted it: an order that reaches the standby early waits in the queue, its tries times its visibility, and
// then with the dead letters, from where it is sent back. None is lost.
//
// Environment: POSITIONS, the table; DATABASE_..., what the database says of itself; AUDIT, the bucket; BUS, the event bus; TRIES, how often the
// queue hands over a message.

import { DynamoDBClient, GetItemCommand, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { ExecuteStatementCommand, RDSDataClient } from "@aws-sdk/client-rds-data";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";

const { AUDIT, AWS_REGION, BUS, DATABASE_ARN, DATABASE_NAME, DATABASE_SECRET, POSITIONS, TRIES } = process.env;
const dynamodb = new DynamoDBClient();
const eventbridge = new EventBridgeClient();
const database = new RDSDataClient();
const s3 = new S3Client();

/// What can never become an order, however often it is tried.
class Invalid extends Error {}

const FORM = {
  order: (value) => /^[A-Za-z0-9-]{1,64}$/.test(value),
  account: (value) => /^[A-Za-z0-9-]{1,64}$/.test(value),
  instrument: (value) => /^[A-Z0-9.]{1,16}$/.test(value),
  side: (value) => value === "buy" || value === "sell",
  quantity: (value) => Number.isSafeInteger(value) && value > 0,
  limit: (value) => typeof value === "string" && /^\d{1,12}(\.\d{1,8})?$/.test(value) && Number(value) > 0,
};

/// The order in the body of a message.
function orderIn(body) {
  let given;
  try {
    given = JSON.parse(body);
  } catch {
    throw new Invalid("the message is not JSON");
  }
  if (typeof given !== "object" || given === null) throw new Invalid("the message holds no order");
  const wrong = Object.keys(FORM).filter((name) => !["string", "number"].includes(typeof given[name]) || !FORM[name](given[name]));
  if (wrong.length > 0) throw new Invalid(`wrong or missing: ${wrong.join(", ")}`);
  return Object.fromEntries(Object.keys(FORM).map((name) => [name, given[name]]));
}

const key = ({ order }) => ({ order: { S: order } });

/// Notes that an order was taken; tells whether it has been executed already.
async function take({ order, account }) {
  try {
    await dynamodb.send(new PutItemCommand({
      TableName: POSITIONS,
      Item: { ...key({ order }), account: { S: account }, status: { S: "taken" } },
      ConditionExpression: "attribute_not_exists(#order)",
      ExpressionAttributeNames: { "#order": "order" },
    }));
    return false;
  } catch (error) {
    if (error.name !== "ConditionalCheckFailedException") throw error;
    const { Item } = await dynamodb.send(new GetItemCommand({ TableName: POSITIONS, Key: key({ order }), ConsistentRead: true }));
    return Item?.status?.S === "executed";
  }
}

const sql = (text, values = {}) => database.send(new ExecuteStatementCommand({
  resourceArn: DATABASE_ARN,
  secretArn: DATABASE_SECRET,
  database: DATABASE_NAME,
  sql: text,
  parameters: Object.entries(values).map(([name, value]) => ({
    name,
    value: typeof value === "number" ? { longValue: value } : { stringValue: value },
  })),
}));

let prepared = false;

/// Keeps the trade. The first one of a number stays, whoever asks again.
async function execute(trade) {
  if (!prepared) {
    await sql(`create table if not exists trades (
      "order" text primary key, account text not null, instrument text not null, side text not null,
      quantity bigint not null, "limit" numeric not null, region text not null, executed_at timestamptz not null default now())`);
    prepared = true;
  }
  await sql(
    `insert into trades ("order", account, instrument, side, quantity, "limit", region)
     values (:order, :account, :instrument, :side, :quantity, cast(:limit as numeric), :region) on conflict ("order") do nothing`,
    { ...trade, region: AWS_REGION },
  );
}

/// Writes what happened where nobody can change it. It stands there once, under the day on which the message was sent.
async function record(sent, name, content) {
  try {
    await s3.send(new PutObjectCommand({
      Bucket: AUDIT,
      Key: `${new Date(Number(sent)).toISOString().slice(0, 10)}/${name}.json`,
      Body: JSON.stringify({ ...content, region: AWS_REGION }),
      ContentType: "application/json",
      IfNoneMatch: "*",
    }));
  } catch (error) {
    if (error.name !== "PreconditionFailed") throw error;
  }
}

/// Tells the buses of all Regions. Whoever listens may hear an order twice.
async function tell(kind, detail) {
  const { FailedEntryCount, Entries } = await eventbridge.send(new PutEventsCommand({
    Entries: [{ EventBusName: BUS, Source: "trading", DetailType: kind, Detail: JSON.stringify(detail) }],
  }));
  if (FailedEntryCount > 0) throw new Error(`${kind} was not taken: ${Entries?.[0]?.ErrorMessage}`);
}

/// Does one message; throws if it has to be tried again.
async function work({ messageId, body, attributes }) {
  try {
    const trade = orderIn(body);
    if (await take(trade)) return;
    await execute(trade);
    await record(attributes.SentTimestamp, trade.order, { executed: trade });
    await tell("trade.executed", trade);
    await dynamodb.send(new UpdateItemCommand({
      TableName: POSITIONS,
      Key: key(trade),
      UpdateExpression: "set #status = :executed",
      ExpressionAttributeNames: { "#status": "status" },
      ExpressionAttributeValues: { ":executed": { S: "executed" } },
    }));
  } catch (error) {
    if (error instanceof Invalid) {
      await record(attributes.SentTimestamp, `refused-${messageId}`, { refused: body, why: error.message });
      await tell("trade.failed", { message: messageId, why: error.message });
      return;
    }
    // The last time: it goes to the dead letters now.
    if (Number(attributes.ApproximateReceiveCount) >= Number(TRIES)) {
      await tell("trade.failed", { message: messageId, why: error.message }).catch((untold) => console.error({ message: messageId, untold: untold.message }));
    }
    throw error;
  }
}

export async function handler({ Records }) {
  const outcomes = await Promise.allSettled(Records.map(work));
  const batchItemFailures = Records.flatMap(({ messageId }, at) => {
    const { status, reason } = outcomes[at];
    if (status === "fulfilled") return [];
    console.error({ message: messageId, reason: reason.message });
    return [{ itemIdentifier: messageId }];
  });
  return { batchItemFailures };
}
