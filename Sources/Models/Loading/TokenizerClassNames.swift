/// Classes of transformers 5.24 that make tokenizers otherwise than their tokenizer.json says, and are not read
/// here. A class that transformers does not know has its file's way, as there.
enum TokenizerClassNames {
  static let others = Set(
    """
    Albert Bart Barthez Bartpho Bert BertGeneration BertJapanese Bertweet BigBird BioGpt Blenderbot
    BlenderbotSmall ByT5 CLIP CTRL Camembert Canine Clvp Cpm CpmAnt DPRContextEncoder
    DPRQuestionEncoder DPRReader Deberta DebertaV2 Dia DistilBert Esm Esmc FSMT FastSpeech2Conformer
    Flaubert Funnel GPTNeoXJapanese GPTSw3 Herbert LED Lasr LayoutLMv2 LayoutLMv3 LayoutXLM Luke
    Lxmert M2M100 MBart MBart50 MLuke MPNet Marian MarkupLM Mgpstr MobileBert Mvp MyT5 Nllb Nougat
    OpenAIGPT PLBart Pegasus Perceiver Phobert Pop2Piano ProphetNet Qwen3_5 Rag Reformer RemBert
    RoCBert RoFormer Roberta SeamlessM4T Siglip Siglip2 Speech2Text SpeechT5 Splinter T5 Tapas Tipsv2
    Udop VideoPrism Vits Wav2Vec2CTC Wav2Vec2PhonemeCTC Whisper XGLM XLM XLMRoberta XLNet
    """.split(whereSeparator: \.isWhitespace).map { String($0) + "Tokenizer" })
}
