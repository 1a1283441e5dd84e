export const route = ({ from, to }) => [from, to];
