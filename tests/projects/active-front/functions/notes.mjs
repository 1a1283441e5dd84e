import { DynamoDBClient, PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";

const dynamodb = new DynamoDBClient({});
const TableName = process.env.ORDERS;

/** The notes of a board, and a new one. */
export const handler = async ({ httpMethod, pathParameters, body }) => {
  const board = { S: pathParameters.board };
  if (httpMethod === "POST") {
    await dynamodb.send(new PutItemCommand({ TableName, Item: { board, at: { N: String(Date.now()) }, text: { S: body } } }));
    return { statusCode: 201, body: "" };
  }
  const asked = { KeyConditionExpression: "board = :b", ExpressionAttributeValues: { ":b": board } };
  const { Items } = await dynamodb.send(new QueryCommand({ TableName, ...asked }));
  return { statusCode: 200, body: JSON.stringify(Items.map((item) => item.text.S)) };
};
