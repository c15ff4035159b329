/* The theory vectors without Python: reads vectors.txt, computes loss and gradient of every case in
 * plain double arithmetic, writes results as JSON for `lcnn-verify vectors check`, and counts on
 * stderr how many of its own results lie outside the tolerance.
 *
 *     gcc -O2 -std=c11 -o example example.c -lm
 *     ./example vectors.txt > results.json
 *     lcnn-verify vectors check results.json
 *
 * With -DPLANTED_BUG it takes two ReLU neurons for lines and their angle for the acute one, as one may
 * for |.|: the vectors must notice. README.md explains the form of vectors.txt.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    char id[128], activation[8], readout[8];
    int m, r, d;
    double *rows;         /* (m + r) x d: students, then teachers */
    double loss, loss_tolerance;
    double *gradient;     /* m x d; nan where L has no derivative */
    double *tolerances;   /* m */
} Case;

static void stop(const char *what)
{
    fprintf(stderr, "error: vectors.txt: %s\n", what);
    exit(2);
}

static double *array(size_t count)
{
    double *made = calloc(count, sizeof *made);
    if (made == NULL)
        stop("no memory");
    return made;
}

static void word(FILE *in, char *text, int size)
{
    char form[16];
    snprintf(form, sizeof form, "%%%ds", size - 1);
    if (fscanf(in, form, text) != 1)
        stop("ends too early");
}

static void expect(FILE *in, const char *wanted)
{
    char text[128];
    word(in, text, sizeof text);
    if (strcmp(text, wanted) != 0)
        stop(wanted);
}

/* Decimal, hexadecimal and nan alike. */
static double number(FILE *in)
{
    char text[128], *end;
    word(in, text, sizeof text);
    double value = strtod(text, &end);
    if (*end != '\0')
        stop("not a number");
    return value;
}

static Case read_case(FILE *in)
{
    Case c;
    expect(in, "case");
    word(in, c.id, sizeof c.id);
    word(in, c.activation, sizeof c.activation);
    word(in, c.readout, sizeof c.readout);
    c.m = (int)number(in);
    c.r = (int)number(in);
    c.d = (int)number(in);
    c.rows = array((size_t)(c.m + c.r) * c.d);
    c.gradient = array((size_t)c.m * c.d);
    c.tolerances = array((size_t)c.m);
    expect(in, "W");
    for (int k = 0; k < c.m * c.d; k++)
        c.rows[k] = number(in);
    expect(in, "V");
    for (int k = c.m * c.d; k < (c.m + c.r) * c.d; k++)
        c.rows[k] = number(in);
    expect(in, "loss");
    c.loss_tolerance = number(in);
    number(in); /* the tolerance of float32 */
    c.loss = number(in);
    for (int i = 0; i < c.m; i++) {
        expect(in, "gradient");
        c.tolerances[i] = number(in);
        number(in);
        for (int k = 0; k < c.d; k++)
            c.gradient[i * c.d + k] = number(in);
    }
    expect(in, "hessian");
    number(in);
    number(in);
    expect(in, "separation");
    number(in);
    expect(in, "threshold");
    number(in);
    return c;
}

/* ||row||, with the row scaled first so that no square leaves the range of a double. */
static double norm_of(const double *row, int d)
{
    double largest = 0.0, sum = 0.0;
    for (int k = 0; k < d; k++)
        largest = fmax(largest, fabs(row[k]));
    if (largest == 0.0)
        return 0.0;
    int exponent;
    frexp(largest, &exponent);
    for (int k = 0; k < d; k++) {
        double entry = ldexp(row[k], -exponent);
        sum += entry * entry;
    }
    return ldexp(sqrt(sum), exponent);
}

/* Unit row and norm; a zero row stays zero. Denormal norms have few digits, so scale here too. */
static double unit_of(const double *row, double *unit, int d)
{
    double largest = 0.0;
    for (int k = 0; k < d; k++)
        largest = fmax(largest, fabs(row[k]));
    if (largest == 0.0)
        return 0.0;
    int exponent;
    frexp(largest, &exponent);
    for (int k = 0; k < d; k++)
        unit[k] = ldexp(row[k], -exponent);
    double size = norm_of(unit, d);
    for (int k = 0; k < d; k++)
        unit[k] /= size;
    return ldexp(size, exponent);
}

/* The angle in [0, pi], right to the last digits at both ends. */
static double angle_of(const double *u, const double *v, int d, int relu)
{
    double apart = 0.0, across = 0.0;
    for (int k = 0; k < d; k++) {
        apart += (u[k] - v[k]) * (u[k] - v[k]);
        across += (u[k] + v[k]) * (u[k] + v[k]);
    }
    double theta = 2.0 * atan2(sqrt(apart), sqrt(across));
#ifdef PLANTED_BUG
    if (relu)
        theta = fmin(theta, acos(-1.0) - theta);
#else
    (void)relu;
#endif
    return theta;
}

/* L and dL/dW by the double sum over all pairs. */
static double loss_and_gradient(const Case *c, double *gradient)
{
    const double pi = acos(-1.0);
    const int n = c->m + c->r, d = c->d, tied = strcmp(c->readout, "tied") == 0;
    const int relu = strcmp(c->activation, "relu") == 0, power = tied ? 2 : 1;
    double *units = array((size_t)n * d), *norms = array((size_t)n), *charges = array((size_t)n);
    double loss = 0.0;
    for (int a = 0; a < n; a++) {
        norms[a] = unit_of(c->rows + (size_t)a * d, units + (size_t)a * d, d);
        charges[a] = (a < c->m ? 1.0 : -1.0) * (tied ? norms[a] * norms[a] : norms[a]);
    }
    for (int a = 0; a < n; a++) {
        const double *u = units + (size_t)a * d;
        double field = 0.0;
        for (int b = 0; b < n; b++) {
            if (norms[a] == 0.0 || norms[b] == 0.0)
                continue;
            const double *v = units + (size_t)b * d;
            double theta = angle_of(u, v, d, relu), rest = (relu ? pi : pi / 2) - theta;
            double scale = relu ? 1.0 / (2.0 * pi) : 2.0 / pi;
            double kernel = scale * (sin(theta) + rest * cos(theta)), slope = scale * rest;
            field += charges[b] * kernel;
            if (a < c->m)
                for (int k = 0; k < d; k++) /* across u, towards v */
                    gradient[a * d + k] += charges[b] * slope * (v[k] - cos(theta) * u[k]);
        }
        loss += 0.5 * charges[a] * field;
        if (a < c->m)
            for (int k = 0; k < d; k++) {
                double pull = gradient[a * d + k] + power * field * u[k];
                gradient[a * d + k] = (tied ? norms[a] : 1.0) * pull;
            }
    }
    free(units);
    free(norms);
    free(charges);
    return loss;
}

static int within(const Case *c, double loss, const double *gradient)
{
    if (!(fabs(loss - c->loss) <= c->loss_tolerance))
        return 0;
    double *gap = array((size_t)c->d);
    int good = 1;
    for (int i = 0; i < c->m; i++) {
        const double *exact = c->gradient + (size_t)i * c->d;
        if (isnan(exact[0]))
            continue;
        for (int k = 0; k < c->d; k++)
            gap[k] = gradient[i * c->d + k] - exact[k];
        if (!(norm_of(gap, c->d) <= c->tolerances[i]))
            good = 0;
    }
    free(gap);
    return good;
}

int main(int argc, char **argv)
{
    FILE *in = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (in == NULL) {
        fprintf(stderr, "usage: %s vectors.txt > results.json\n", argv[0]);
        return 2;
    }
    char version[64];
    int failed = 0;
    expect(in, "lcnn-vectors");
    expect(in, "1");
    word(in, version, sizeof version);
    int count = (int)number(in);
    printf("{\"vectors_version\": \"%s\", \"implementation\": \"example.c\", "
           "\"dtype\": \"float64\", \"results\": [", version);
    for (int index = 0; index < count; index++) {
        Case c = read_case(in);
        double *gradient = array((size_t)c.m * c.d);
        double loss = loss_and_gradient(&c, gradient);
        failed += !within(&c, loss, gradient);
        printf("%s\n{\"id\": \"%s\", \"loss\": \"%a\", \"gradient\": [", index ? "," : "", c.id, loss);
        for (int i = 0; i < c.m; i++)
            for (int k = 0; k < c.d; k++)
                printf("%s\"%a\"%s", k ? ", " : i ? ", [" : "[", gradient[i * c.d + k],
                       k == c.d - 1 ? "]" : "");
        printf("]}");
        free(c.rows);
        free(c.gradient);
        free(c.tolerances);
        free(gradient);
    }
    printf("\n]}\n");
    fclose(in);
    fprintf(stderr, "%d of %d vectors outside their tolerance\n", failed, count);
    return 0;
}
