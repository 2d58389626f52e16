/** A view that renders again only when one of its props is another object than before. */
import { Component, type ComponentClass, type FunctionComponent } from "preact";

export function memo<P extends object>(View: FunctionComponent<P>): ComponentClass<P> {
  return class extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      return differ(this.props, next) || differ(next, this.props);
    }

    override render(props: P) {
      return <View {...props} />;
    }
  };
}

function differ<P extends object>(one: Readonly<P>, other: Readonly<P>): boolean {
  return (Object.keys(one) as (keyof P)[]).some((name) => one[name] !== other[name]);
}
