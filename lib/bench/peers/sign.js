/** Asks the bench's server, as a page of one's own would: resolves to URLs for PUT, or to forms for POST. */
export async function sign(method, count) {
  const response = await fetch("/sign", { method: "POST", body: JSON.stringify({ method, count }) });
  return response.json();
}
