export const handler = async () => fetch(process.env.PAYMENTS);
