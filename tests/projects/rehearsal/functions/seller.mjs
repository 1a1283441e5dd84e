// Sells a ticket once, and keeps a receipt.

import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";

const { RECEIPTS, TICKETS } = process.env;
const dynamodb = new DynamoDBClient();
const s3 = new S3Client();

export async function handler({ ticket }) {
  await dynamodb.send(new PutItemCommand({
    TableName: TICKETS,
    Item: { ticket: { S: ticket } },
    ConditionExpression: "attribute_not_exists(ticket)",
  }));
  await s3.send(new PutObjectCommand({ Bucket: RECEIPTS, Key: ticket, Body: ticket, IfNoneMatch: "*" }));
}
