import { limits } from '../store/limits'; export const z = limits;
