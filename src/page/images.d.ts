/** The build copies pictures into the site; what is imported is the address there. */
declare module '*.jpg' {
  const path: string;
  export default path;
}
