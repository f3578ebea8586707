import { CopyButton } from '../parts/CopyButton';

/** @param query of what to link to: the address bar may lag behind a setting, or be another picture's */
export function CopyLink({ query }: { query: string }) {
  const text = () => {
    const url = new URL(location.href);
    url.search = query;
    return url.href;
  };
  const words = {
    idle: 'Copy link',
    copied: 'Link copied',
    failed: 'Copy it from the address bar',
  };
  return <CopyButton text={text} words={words} />;
}
