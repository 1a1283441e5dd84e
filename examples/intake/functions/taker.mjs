// Takes orders out of the queue of its own Region. SQS may hand over a message twice, and a broker may send an order to both Regions:
// an order is kept under its own number, and the first one stays. What fails is tried again alone; after five times it is put aside.

import { createHmac, timingSafeEqual } from "node:crypto";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

const { ORDERS, SIGNATURE } = process.env;
const dynamodb = new DynamoDBClient();
const secrets = new SecretsManagerClient();

/// How long the key is used before it is read again, in milliseconds.
const KEY_AGE = 5 * 60 * 1000;
let key = { value: "", readAt: -KEY_AGE };

async function currentKey() {
  if (performance.now() - key.readAt >= KEY_AGE) {
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: SIGNATURE }));
    key = { value: SecretString, readAt: performance.now() };
  }
  return key.value;
}

/// The order in a message; throws if it is not what a broker signed.
function orderIn(record, secret) {
  const given = Buffer.from(record.messageAttributes?.signature?.stringValue ?? "", "hex");
  const wanted = createHmac("sha256", secret).update(record.body).digest();
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
    throw new Error("the signature is wrong");
  }
  const { order, broker, item, count } = JSON.parse(record.body);
  if (typeof order !== "string" || order === "" || typeof item !== "string" || !Number.isInteger(count) || count < 1) {
    throw new Error("the message holds no order");
  }
  return { order: { S: order }, broker: { S: String(broker) }, item: { S: item }, count: { N: String(count) } };
}

/// Keeps an order, unless it is there.
async function keep(order) {
  try {
    await dynamodb.send(new PutItemCommand({
      TableName: ORDERS,
      Item: order,
      ConditionExpression: "attribute_not_exists(#order)",
      ExpressionAttributeNames: { "#order": "order" },
    }));
  } catch (error) {
    if (error.name !== "ConditionalCheckFailedException") throw error;
  }
}

export async function handler(event) {
  const secret = await currentKey();
  const outcomes = await Promise.allSettled(event.Records.map(async (record) => keep(orderIn(record, secret))));
  const failed = event.Records.flatMap((record, at) => {
    const { status, reason } = outcomes[at];
    if (status === "fulfilled") return [];
    console.error({ message: record.messageId, reason: reason.message });
    return [{ itemIdentifier: record.messageId }];
  });
  return { batchItemFailures: failed };
}
