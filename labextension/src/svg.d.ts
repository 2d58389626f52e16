/** An icon, imported as its source. */
declare module "*.svg" {
  const source: string;
  export default source;
}
