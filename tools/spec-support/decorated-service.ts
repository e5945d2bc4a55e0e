/** A program for the test of bundles: decorators, a package of ours, one from the registry, one of two versions. */
import { KlosetError } from '@etcd-kloset/errors';
import { Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

class OddError extends KlosetError {}

@Injectable()
class Word {
  readonly text = 'said';
}

@Injectable()
class Speaker {
  readonly #word: Word;

  constructor(@Inject(Word) word: Word) {
    this.#word = word;
  }

  say(): string {
    return `${this.#word.text} by ${new OddError('a.b', 'x').name}`;
  }
}

@Module({ providers: [Word, Speaker] })
class SpeakerModule {
  readonly speaks = true;
}

const app = await NestFactory.createApplicationContext(SpeakerModule);
process.stderr.write(app.get(Speaker).say());
await app.close();
