import { route } from "./route.mjs";

export async function handler(event) {
  return route(event);
}
