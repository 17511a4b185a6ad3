/** The upload element alone, for the back office, which has its own styles and scripts. */
import '../islands/upload';
