import { postJson } from "../api/http";
import type { Order } from "./repository";

export async function sendConfirmation(order: Order): Promise<void> {
  const rows = order.lines.map((l) => `<tr><td>${escapeHtml(l.title)}</td><td>${l.quantity}</td></tr>`);
  await postJson("/mail", {
    to: order.email,
    subject: `Your order ${order.id}`,
    html: `<table>${rows.join("")}</table><p>Total: ${order.total}</p>`,
  });
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
