export const handler = () => new Date().toISOString();
