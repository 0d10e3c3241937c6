// The small drawings of the interface: one stroke, one size, always beside a word or a name.
const PATHS = {
  check: <path d="M4 12.5l5.5 5.5L20 7" />,
  cross: <path d="M6 6l12 12M18 6L6 18" />,
  chevron: <path d="M9 6l6 6-6 6" />,
  up: <path d="M6 15l6-6 6 6" />,
  reload: <path d="M19 12a7 7 0 11-2.200-5.100M19 3v4.500h-4.500" />,
  down: <path d="M6 9l6 6 6-6" />,
  run: <path d="M6 4l14 8-14 8z" />,
  stop: <path d="M6 6h12v12H6z" />,
  plug: <path d="M9 3v5M15 3v5M6 8h12v3a6 6 0 01-12 0zM12 17v4" />,
  bolt: <path d="M13 3L5 13.5h6L10.500 21 19 10.500h-6.500z" />,
  tape: (
    <>
      <circle cx="7" cy="12" r="4" />
      <circle cx="17" cy="12" r="4" />
      <path d="M7 16h10" />
    </>
  ),
  moon: <path d="M20 14a8 8 0 11-9.5-10A6.5 6.5 0 0020 14z" />,
  sun: (
    <>
      <circle cx="12" cy="12" r="4" />
      <path d="M12 2.500v2M12 19.500v2M2.500 12h2M19.500 12h2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M18.700 5.300l-1.400 1.400M6.700 17.300l-1.400 1.400" />
    </>
  ),
  half: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <path d="M12 3.500v17a8.500 8.500 0 000-17z" fill="currentColor" />
    </>
  ),
  screen: (
    <>
      <rect x="3" y="4" width="18" height="12" rx="1.5" />
      <path d="M12 16v4M8 20h8" />
    </>
  ),
  plus: <path d="M12 5v14M5 12h14" />,
  minus: <path d="M5 12h14" />,
  more: <path d="M5 12h.1M12 12h.1M19 12h.1" strokeWidth="3" />,
  book: <path d="M4 5c3-1 6-.5 8 1 2-1.500 5-2 8-1v14c-3-1-6-.5-8 1-2-1.500-5-2-8-1zM12 6v14" />,
  pencil: <path d="M4 20l1-4L16 5l3 3L8 19z" />,
  page: <path d="M6 3h8l4 4v14H6zM14 3v4h4" />,
  eye: (
    <>
      <path d="M2.500 12C5 7.500 8.300 5.500 12 5.500s7 2 9.500 6.500c-2.500 4.500-5.800 6.500-9.500 6.500s-7-2-9.500-6.500z" />
      <circle cx="12" cy="12" r="2.800" />
    </>
  ),
  hidden: (
    <>
      <path d="M9.500 5.900A9 9 0 0112 5.500c3.700 0 7 2 9.500 6.500a15 15 0 01-3 3.700M6.300 7.400A15 15 0 002.500 12c2.500 4.500 5.800 6.500 9.500 6.500 1.500 0 2.900-.3 4.200-1" />
      <path d="M4 3.500l16 17" />
    </>
  ),
  send: <path d="M4 12h15M13 6l6 6-6 6" />,
  list: <path d="M8 6h12M8 12h12M8 18h12M4 6h.1M4 12h.1M4 18h.1" />,
  pin: <path d="M9 4h6l-1 6 3 3H7l3-3zM12 13v7" />,
  beside: <path d="M4 5h6v14H4zM14 5h6v14h-6z" />,
  print: <path d="M7 8V3h10v5M7 17H4V8h16v9h-3M7 14h10v7H7z" />,
  save: <path d="M12 4v11M7 10.500l5 5 5-5M5 20h14" />,
  copy: <path d="M9 9h11v11H9zM15 9V4H4v11h5" />,
  lanes: <path d="M3 6h9M8 12h12M5 18h8M12 4v4M20 10v4M13 16v4" />,
  link: (
    <path d="M10 14l4-4M8.500 11l-2.500 2.500a3.500 3.500 0 005 5L13.500 16M15.500 13l2.500-2.500a3.500 3.500 0 00-5-5L10.500 8" />
  ),
  branch: <path d="M6 4v16M6 13c0-4 12-1 12-7M15 9l3-3 3 3" />,
  back: <path d="M15 5l-8 7 8 7" />,
} as const

export type IconName = keyof typeof PATHS

/** A drawing that says nothing to a screen reader: its button or chip has the words. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {PATHS[name]}
    </svg>
  )
}

/** Peel's mark: three skins and a core. */
export function Mark({ size = 22 }: { readonly size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 24 24" fill="none" aria-hidden="true">
      <g stroke="currentColor" strokeWidth="1.5">
        <path d="M2 10a8 8 0 018-8h4a8 8 0 018 8v4c0 5-4 8-10 8S2 19 2 14z" />
        <path d="M5.500 12.500a5 5 0 015-5h3a5 5 0 015 5v2c0 3.500-2.500 5-6.500 5s-6.500-1.500-6.500-5z" />
      </g>
      <path
        d="M9 15a2.500 2.500 0 012.500-2.500h1A2.500 2.500 0 0115 15c0 1.600-1.200 2.300-3 2.300S9 16.600 9 15z"
        fill="currentColor"
      />
    </svg>
  )
}
