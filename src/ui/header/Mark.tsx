/** Tokens on a grid; the kept ones smile. The same drawing as `public/favicon.svg`. */
const rows = ['......', '.#..#.', '.#..#.', '......', '#....#', '.####.'];

export function Mark() {
  return (
    <svg aria-hidden="true" width="40" height="40" viewBox="0 0 32 32">
      <rect width="32" height="32" rx="8" fill="#ffc83d" />
      <g fill="#3a2600">
        {rows.flatMap((row, y) =>
          Array.from(row).map((token, x) => (
            <rect
              key={`${x} ${y}`}
              x={3 + 4.5 * x}
              y={3 + 4.5 * y}
              width="3.5"
              height="3.5"
              rx="1"
              opacity={token === '#' ? 1 : 0.28}
            />
          )),
        )}
      </g>
    </svg>
  );
}
