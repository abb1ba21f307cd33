/* money-lite 1.4.2 */
function roundMoney(amount, decimals) {
  const f = Math.pow(10, decimals);
  return Math.round(amount * f) / f;
}

// Formats money for a locale.
function formatMoney(amount, currency, locale) {
  return new Intl.NumberFormat(locale, { style: "currency", currency }).format(amount);
}

module.exports = { roundMoney, formatMoney };
