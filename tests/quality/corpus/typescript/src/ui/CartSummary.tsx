import { useEffect, useState } from "react";
import type { Cart } from "../cart/cart";
import { restore, save } from "../cart/persist";

interface Props {
  onCheckout(cart: Cart): void;
}

export function useCart(): [Cart, (cart: Cart) => void] {
  const [cart, setCart] = useState(restore);
  useEffect(() => save(cart), [cart]);
  return [cart, setCart];
}

/** The box at the side: how many items, what they cost, and the button. */
export function CartSummary({ onCheckout }: Props) {
  const [cart, setCart] = useCart();
  if (cart.isEmpty) return <p className="hint">Your cart is empty.</p>;
  return (
    <aside>
      {cart.lines.map((line) => (
        <div key={line.sku}>
          {line.title} × {line.quantity}
          <button onClick={() => setCart(cart.setQuantity(line.sku, 0))}>remove</button>
        </div>
      ))}
      <strong>{cart.subtotal().toString()}</strong>
      <button onClick={() => onCheckout(cart)}>Pay</button>
    </aside>
  );
}
