const take = async (order) => console.log(order);

export const process = async (event) => {
  for (const record of event.Records) await take(JSON.parse(record.body));
};
