export const handler = async () => ({ warm: true });
