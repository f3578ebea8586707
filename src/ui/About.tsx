import styles from './About.module.css';

/** For those who want to know what they are looking at. */
export function About() {
  return (
    <section className={styles.about} aria-labelledby="about">
      <h2 id="about" className={styles.title}>
        What is going on here
      </h2>
      <div className={styles.columns}>
        <div>
          <h3>A picture out of noise</h3>
          <p>
            A diffusion transformer looks at noise, guesses the picture in it, takes a small step
            towards the guess, and looks again. A few looks make a picture, or a few dozen.
          </p>
        </div>
        <div>
          <h3>Not every look is as hard</h3>
          <p>
            A dynamic one (DyDiT) has learned what it can leave out: whole attention heads and
            channels at some steps, and in each layer the patches of the picture that are done. Here
            that work is really not done: the programs that compute, on the graphics card or on the
            processor, read less and multiply less.
          </p>
        </div>
        <div>
          <h3>It stays with you</h3>
          <p>
            Model, computation and pictures live on this machine. Nothing you make or drop here is
            sent anywhere. The idea is from the papers on{' '}
            <a href="https://arxiv.org/abs/2410.03456">DyDiT</a> and{' '}
            <a href="https://arxiv.org/abs/2504.06803">DyDiT++</a>. How fast your graphics card is
            can be <a href="./bench.html">measured</a>.
          </p>
        </div>
      </div>
    </section>
  );
}
