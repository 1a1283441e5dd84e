import { DynamoDBClient, DescribeTableCommand } from "@aws-sdk/client-dynamodb";

const dynamodb = new DynamoDBClient({});

/** Well as long as the orders of this Region can be read. */
export const handler = async () => {
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: process.env.ORDERS }));
  return { statusCode: Table.TableStatus === "ACTIVE" ? 200 : 503, body: "" };
};
