/** A blossom of five petals. */
export function Blossom() {
  return (
    <svg class="blossom" viewBox="-50 -50 100 100" aria-hidden="true">
      {[0, 72, 144, 216, 288].map((degrees) => (
        <path
          key={degrees}
          d="M0 -6C-22 -14 -22 -42 -3 -46L0 -42L3 -46C22 -42 22 -14 0 -6Z"
          transform={`rotate(${degrees})`}
        />
      ))}
      <circle r="6" />
    </svg>
  );
}
