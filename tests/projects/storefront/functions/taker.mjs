import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";

const dynamodb = new DynamoDBClient({});

/** Keeps each order once, however often it is sent. */
const keep = async ({ body, messageId }) => {
  const Item = { order: { S: JSON.parse(body).order ?? messageId }, state: { S: "taken" } };
  try {
    await dynamodb.send(new PutItemCommand({ TableName: process.env.ORDERS, Item, ConditionExpression: "attribute_not_exists(#o)", ExpressionAttributeNames: { "#o": "order" } }));
  } catch (error) {
    if (error.name !== "ConditionalCheckFailedException") return { itemIdentifier: messageId };
  }
};

export const handler = async ({ Records }) => ({ batchItemFailures: (await Promise.all(Records.map(keep))).filter(Boolean) });
