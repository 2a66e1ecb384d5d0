namespace Ptgp.Toolkit.Text;

/// <summary>A language of ISO 639-1, or one of the few beside that checkpoints are taught.</summary>
public sealed record Language
{
    // Two-letter code where there is one, three-letter codes (of ISO 639-2 and, where another one is in use for the language's usual form, of ISO 639-3), English name.
    private const string Table =
        """
        aa aar Afar; ab abk Abkhazian; ae ave Avestan; af afr Afrikaans; ak aka Akan; am amh Amharic; an arg Aragonese; ar ara arb Arabic;
        as asm Assamese; av ava Avar; ay aym ayr Aymara; az aze azj Azerbaijani; ba bak Bashkir; be bel Belarusian; bg bul Bulgarian; bh bih Bihari;
        bi bis Bislama; bm bam Bambara; bn ben Bengali; bo bod Tibetan; br bre Breton; bs bos Bosnian; ca cat Catalan; ce che Chechen;
        ch cha Chamorro; co cos Corsican; cr cre Cree; cs ces Czech; cu chu Church Slavonic; cv chv Chuvash; cy cym Welsh; da dan Danish;
        de deu German; dv div Divehi; dz dzo Dzongkha; ee ewe Ewe; el ell Greek; en eng English; eo epo Esperanto; es spa Spanish;
        et est ekk Estonian; eu eus Basque; fa fas pes Persian; ff ful Fulah; fi fin Finnish; fj fij Fijian; fo fao Faroese; fr fra French;
        fy fry West Frisian; ga gle Irish; gd gla Scottish Gaelic; gl glg Galician; gn grn gug Guarani; gu guj Gujarati; gv glv Manx; ha hau Hausa;
        he heb iw Hebrew; hi hin Hindi; ho hmo Hiri Motu; hr hrv Croatian; ht hat Haitian Creole; hu hun Hungarian; hy hye Armenian; hz her Herero;
        ia ina Interlingua; id ind in Indonesian; ie ile Interlingue; ig ibo Igbo; ii iii Nuosu; ik ipk Inupiaq; io ido Ido; is isl Icelandic;
        it ita Italian; iu iku Inuktitut; ja jpn Japanese; jv jav jw Javanese; ka kat Georgian; kg kon Kongo; ki kik Kikuyu; kj kua Kuanyama;
        kk kaz Kazakh; kl kal Greenlandic; km khm Khmer; kn kan Kannada; ko kor Korean; kr kau Kanuri; ks kas Kashmiri; ku kur kmr Kurdish;
        kv kom Komi; kw cor Cornish; ky kir Kyrgyz; la lat Latin; lb ltz Luxembourgish; lg lug Ganda; li lim Limburgish; ln lin Lingala; lo lao Lao;
        lt lit Lithuanian; lu lub Luba-Katanga; lv lav lvs Latvian; mg mlg plt Malagasy; mh mah Marshallese; mi mri Maori; mk mkd Macedonian;
        ml mal Malayalam; mn mon khk Mongolian; mr mar Marathi; ms msa zsm Malay; mt mlt Maltese; my mya Burmese; na nau Nauruan;
        nb nob Norwegian Bokmål; nd nde North Ndebele; ne nep npi Nepali; ng ndo Ndonga; nl nld Dutch; nn nno Norwegian Nynorsk; no nor Norwegian;
        nr nbl South Ndebele; nv nav Navajo; ny nya Chichewa; oc oci Occitan; oj oji Ojibwa; om orm gaz Oromo; or ori ory Odia; os oss Ossetian;
        pa pan Punjabi; pi pli Pali; pl pol Polish; ps pus pbt Pashto; pt por Portuguese; qu que quy Quechua; rm roh Romansh; rn run Rundi;
        ro ron Romanian; ru rus Russian; rw kin Kinyarwanda; sa san Sanskrit; sc srd Sardinian; sd snd Sindhi; se sme Northern Sami; sg sag Sango;
        si sin Sinhala; sk slk Slovak; sl slv Slovenian; sm smo Samoan; sn sna Shona; so som Somali; sq sqi als Albanian; sr srp Serbian;
        ss ssw Swati; st sot Southern Sotho; su sun Sundanese; sv swe Swedish; sw swa swh Swahili; ta tam Tamil; te tel Telugu; tg tgk Tajik;
        th tha Thai; ti tir Tigrinya; tk tuk Turkmen; tl tgl Tagalog; tn tsn Tswana; to ton Tongan; tr tur Turkish; ts tso Tsonga; tt tat Tatar;
        tw twi Twi; ty tah Tahitian; ug uig Uyghur; uk ukr Ukrainian; ur urd Urdu; uz uzb uzn Uzbek; ve ven Venda; vi vie Vietnamese; vo vol Volapük;
        wa wln Walloon; wo wol Wolof; xh xho Xhosa; yi yid ydd Yiddish; yo yor Yoruba; za zha Zhuang; zh zho cmn Chinese; zu zul Zulu;
        haw Hawaiian; yue Cantonese
        """;

    // Other English names, most of them those that Whisper's users may say, by code.
    private const string OtherNames =
        "ca Valencian; es Castilian; fa Farsi; ht Haitian; lb Letzeburgesch; my Myanmar; nl Flemish; nn Nynorsk; pa Panjabi; ps Pushto; ro Moldavian; ro Moldovan; si Sinhalese; zh Mandarin";

    private static readonly Dictionary<string, Language> ByName = Read();

    /// <summary>Gets its code of two letters, such as <c>de</c>; of three where it has no other.</summary>
    public required string Code { get; init; }

    /// <summary>Gets all its codes, that of two letters first.</summary>
    public required IReadOnlyList<string> Codes { get; init; }

    /// <summary>Gets its English name.</summary>
    public required string Name { get; init; }

    /// <summary>Finds a language by one of its codes, by an English name, or by an entry of a vocabulary that is made of a code: <c>&gt;&gt;deu&lt;&lt;</c>, <c>__de__</c>, <c>deu_Latn</c>, <c>de_DE</c>, <c>de-AT</c>.</summary>
    /// <returns>The language, or null if it is none of these. Case does not matter.</returns>
    public static Language? Find(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var bare = Bare(text);
        return ByName.GetValueOrDefault(bare) ?? ByName.GetValueOrDefault(bare.Split('_', '-')[0]);
    }

    /// <summary>Takes off what a vocabulary puts around a code: <c>&gt;&gt;deu&lt;&lt;</c> and <c>__deu__</c> become <c>deu</c>.</summary>
    internal static string Bare(string text) => text.Trim(' ', '<', '>', '_', '|');

    private static Dictionary<string, Language> Read()
    {
        var languages = new Dictionary<string, Language>(StringComparer.OrdinalIgnoreCase);
        foreach (var row in Table.Split(';', StringSplitOptions.TrimEntries))
        {
            var words = row.Split(' ');
            string[] codes = [.. words.TakeWhile(word => char.IsLower(word[0]))];
            var language = new Language { Code = codes[0], Codes = codes, Name = string.Join(' ', words[codes.Length..]) };
            foreach (var name in codes.Append(language.Name))
            {
                languages[name] = language;
            }
        }

        foreach (var alias in OtherNames.Split(';', StringSplitOptions.TrimEntries))
        {
            languages[alias[3..]] = languages[alias[..2]];
        }

        return languages;
    }
}
