interface Props {
  left: number;
}

export const StockBadge = ({ left }: Props) => {
  if (left === 0) return <span className="badge sold-out">sold out</span>;
  if (left < 4) return <span className="badge">only {left} left</span>;
  return null;
};
