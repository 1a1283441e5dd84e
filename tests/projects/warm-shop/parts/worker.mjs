import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";

const client = new DynamoDBClient({});

export const handler = async (event) => {
  for (const record of event.Records) {
    const { detail } = JSON.parse(record.body);
    await client.send(new PutItemCommand({ TableName: process.env.ORDERS, Item: detail }));
  }
};
