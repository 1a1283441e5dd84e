import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";

const dynamodb = new DynamoDBClient({});

/** What became of an order. */
export const handler = async ({ pathParameters }) => {
  const Key = { order: { S: pathParameters.order } };
  const { Item } = await dynamodb.send(new GetItemCommand({ TableName: process.env.ORDERS, Key }));
  return Item ? { statusCode: 200, body: JSON.stringify({ state: Item.state.S }) } : { statusCode: 404, body: "" };
};
