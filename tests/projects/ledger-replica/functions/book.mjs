export const handler = async (event) => ({ batchItemFailures: event.Records.map(({ messageId }) => ({ itemIdentifier: messageId })) });
