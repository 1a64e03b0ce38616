declare module '*?part=base' {
  const texts: Record<string, unknown>;
  export default texts;
}
declare module '*?part=approvals' {
  const texts: Record<string, unknown>;
  export default texts;
}
declare module '*?part=gateways' {
  const texts: Record<string, unknown>;
  export default texts;
}
declare module '*?part=audit' {
  const texts: Record<string, unknown>;
  export default texts;
}
declare module '*?part=training' {
  const texts: Record<string, unknown>;
  export default texts;
}
declare module '*?part=terminal' {
  const texts: Record<string, unknown>;
  export default texts;
}
declare module '*?part=duty' {
  const texts: Record<string, unknown>;
  export default texts;
}
declare module '*?part=statements' {
  const texts: Record<string, unknown>;
  export default texts;
}
declare module '*?part=money' {
  const texts: Record<string, unknown>;
  export default texts;
}
declare module '*?part=differences' {
  const texts: Record<string, unknown>;
  export default texts;
}
declare module '*?part=settlement' {
  const texts: Record<string, unknown>;
  export default texts;
}
declare module '*?part=funding' {
  const texts: Record<string, unknown>;
  export default texts;
}
declare module '*?part=terms' {
  const texts: Record<string, unknown>;
  export default texts;
}
