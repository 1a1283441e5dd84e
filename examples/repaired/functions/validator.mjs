// Says whether the sessions of this Region can be read.

export const handler = async () => ({ ready: true, region: process.env.AWS_REGION });
